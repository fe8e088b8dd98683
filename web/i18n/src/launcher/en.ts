import type { Translated } from "../translate";
import type zhCN from "./zh-CN";

export default { title: "Customer service" } satisfies Translated<typeof zhCN>;
