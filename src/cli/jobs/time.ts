/** In the local time, as logs have it, and which that is. */
export function timeText(time: number): string {
  const offset = -new Date(time).getTimezoneOffset();
  const local = new Date(time + offset * 60_000);
  return `${local.toISOString().slice(0, 19).replace("T", " ")} ${offset === 0 ? "UTC" : offsetText(offset)}`;
}

/** As `+05:30`, of minutes. */
function offsetText(offset: number): string {
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(hours)}:${two(minutes)}`;
}
