/* A channel kind of the wire has a hue (data-ch) and an icon; so has a contact point. */
import { channelIcon, channelMark } from "@trunkline/ui";

export { channelIcon };
export const channelHue = channelMark;

export function contactHue(kind: string): string {
	return kind === "user" ? "app" : kind === "visitor" ? "web" : channelMark(kind);
}
