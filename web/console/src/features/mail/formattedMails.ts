/* Mails that are shown as their sender formatted them: kept while the thread scrolls. */
import { shallowReactive } from "vue";

export const formattedMails = shallowReactive(new Set<string>());
