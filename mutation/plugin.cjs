/** What StrykerJS loads, in its own processes too: plain JavaScript, because those read no TypeScript before this. */
require('tsx/cjs');

exports.strykerPlugins = require('./plugins.cts').strykerPlugins;
