export function eachLine(stream, listener) {
  let rest = "";
  stream.setEncoding("utf8").on("data", text => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) listener(line);
  });
}
