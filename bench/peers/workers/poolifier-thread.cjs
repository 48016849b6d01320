/** No module, as for the cluster. */
const { ThreadWorker } = require("poolifier");
const tasks = require("./poolifier-tasks.cjs");

module.exports = new ThreadWorker(tasks);
