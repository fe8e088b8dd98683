/** The whole screen of an app's web view: the same thread as in the widget, without a launcher.
 * The app says who its user is, see docs/app.md. */
import { effect } from "@preact/signals";
import { render } from "preact";

import { App } from "./components/App";
import { Host } from "./state/host";
import { Model } from "./state/model";
import { readSettings } from "./state/settings";
import "./styles/app.css";
import { followTheme } from "./theme";

/** The keyboard of a phone lies over the page, where it does not make it smaller. */
function fitScreen(viewport: VisualViewport): void {
	const fit = (): void => {
		document.documentElement.style.setProperty("--screen", `${Math.round(viewport.height)}px`);
		scrollTo(0, 0);
	};
	viewport.addEventListener("resize", fit);
	fit();
}

/** The way back leads out of an open picture first. */
function goBackFromPictures(model: Model): void {
	effect(() => {
		const viewing = (history.state as { viewing?: unknown } | null)?.viewing === true;
		if (model.viewed.value !== null && !viewing) {
			history.pushState({ viewing: true }, "");
		} else if (model.viewed.value === null && viewing) {
			history.back();
		}
	});
	addEventListener("popstate", () => model.hideViewed());
}

const settings = readSettings(location.search, navigator.languages);
followTheme(settings.theme);
if (window.visualViewport) {
	fitScreen(window.visualViewport);
}
const root = document.getElementById("app");
if (root) {
	const model = new Model(settings, (onMessage) => new Host(onMessage));
	goBackFromPictures(model);
	render(<App model={model} />, root);
}
