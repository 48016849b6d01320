/** No module, as for the cluster. */
const { ThreadWorker } = require("poolifier");

module.exports = new ThreadWorker(x => x);
