/** No module: what poolifier says to a worker before its modules have loaded is lost. */
const { ClusterWorker } = require("poolifier");

module.exports = new ClusterWorker(x => x);
