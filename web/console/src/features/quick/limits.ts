/* What the server takes. */
import type { QuickReply } from "@trunkline/protocol";

export type QuickScope = QuickReply["scope"];
export const quickScopes: readonly QuickScope[] = ["personal", "team", "global"];
export const maxBody = 4000;
export const maxFiles = 5;
export const shortcutPattern = "[A-Za-z0-9_\\-]*";
