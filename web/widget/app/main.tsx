import { render } from "preact";

import { App } from "./components/App";
import { Model } from "./state/model";
import { readSettings } from "./state/settings";
import "./styles/frame.css";
import { followTheme } from "./theme";

const settings = readSettings(location.search, navigator.languages);
followTheme(settings.theme);
const root = document.getElementById("app");
if (root) {
	render(<App model={new Model(settings)} />, root);
}
