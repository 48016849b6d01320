/** No module: what poolifier says to a worker before its modules have loaded is lost. */
const { ClusterWorker } = require("poolifier");
const tasks = require("./poolifier-tasks.cjs");

module.exports = new ClusterWorker(tasks);
