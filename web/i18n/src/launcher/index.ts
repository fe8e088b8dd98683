import en from "./en";
import zhCN from "./zh-CN";

export type Source = typeof zhCN;
export const messages = { "zh-CN": zhCN, en };
