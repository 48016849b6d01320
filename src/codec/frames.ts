export function encodeFrame(wire: readonly unknown[]): Uint8Array[] {
  throw new Error(`not yet: ${wire.length}`);
}
export class FrameReader {
  push(chunk: Uint8Array, onMessage: (wire: unknown[]) => void): void {
    throw new Error(`not yet: ${chunk.length} ${onMessage.length}`);
  }
}
