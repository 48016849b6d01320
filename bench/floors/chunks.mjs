/** Calls over workers that take arrays of inputs: 500 a message, two messages ahead at each worker. */
const CHUNK = 500;

/** `far` is the workers, each with `send`, `receive` and `stop`. */
export function chunks(far) {
  const exchange = (inputs, size, took = () => {}) =>
    new Promise(resolve => {
      const results = [];
      let sent = 0;
      for (const worker of far) {
        const times = [];
        const send = () => {
          if (sent === inputs.length) return;
          const chunk = inputs.slice(sent, sent + size);
          sent += chunk.length;
          times.push(performance.now());
          worker.send(chunk);
        };
        const heard = chunk => {
          for (const result of chunk) results.push(result);
          took(performance.now() - times.shift());
          send();
          if (results.length < inputs.length) return;
          for (const each of far) each.stop(each.heard);
          resolve(results);
        };
        worker.heard = heard;
        worker.receive(heard);
        send();
        send();
      }
    });
  return {
    map: inputs => exchange(inputs, CHUNK),
    /** Never more than `most` calls under way. `took` hears how long each message took. */
    ahead: async (calls, most, took) => {
      const inputs = Array.from({ length: calls }, (_, i) => i);
      const results = await exchange(inputs, most / 2 / far.length, took);
      return results.reduce((sum, x) => sum + x, 0);
    },
  };
}
