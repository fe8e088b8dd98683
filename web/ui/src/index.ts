/** What console and widget draw alike. The tokens are in tokens.css. */
export * as icons from "./icon-paths";
export { channelIcon, channelMark } from "./channels";
export { formatBytes } from "./bytes";
