// A page on which a channel that was just made can be tried: the snippet with the key of the address.
const asked = new URLSearchParams(location.search);
const key = asked.get("key") ?? "";
if (/^[\w-]{1,40}$/.test(key)) {
	const script = document.createElement("script");
	script.src = "/widget.js";
	script.dataset.key = key;
	script.dataset.lang = asked.get("lang") === "en" ? "en" : "zh-CN";
	script.async = true;
	document.head.append(script);
}
