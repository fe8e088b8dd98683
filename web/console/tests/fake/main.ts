/* npm run dev, then /console/tests/fake/?to=/inbox: the console on a house in memory. */
import { install } from "./install";
import { seed } from "./seed";

const query = new URLSearchParams(location.search);
const house = seed(Number(query.get("many") ?? 0), Number(query.get("long") ?? 0));
house.loggedIn = query.get("out") === null;
install(house);
Object.assign(window, { house });
history.replaceState(null, "", `/console${query.get("to") ?? "/inbox"}`);
await import("../../src/app/main");
