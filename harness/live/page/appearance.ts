/** How the page looks. A browser with local storage keeps these choices for the next visit. */
export interface Appearance {
	theme: "light" | "dark";
	/** Whether the text is larger than usual. */
	large: boolean;
}

const KEY = "drydock-look";

export function readAppearance(): Appearance {
	const dark = matchMedia("(prefers-color-scheme: dark)").matches;
	const look: Appearance = { theme: dark ? "dark" : "light", large: false };
	try {
		const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Appearance>;
		if (kept.theme === "light" || kept.theme === "dark") look.theme = kept.theme;
		if (kept.large === true) look.large = true;
	} catch {
		// There is no local storage, or nothing readable in it.
	}
	return look;
}

export function applyAppearance(look: Appearance): void {
	document.documentElement.dataset["theme"] = look.theme;
	document.documentElement.dataset["type"] = look.large ? "large" : "normal";
	try {
		localStorage.setItem(KEY, JSON.stringify(look));
	} catch {
		// There is no local storage.
	}
}

/** The colours of a shell's terminal, from the style sheet. */
export function terminalColors(): { background: string; foreground: string; cursor: string } {
	const style = getComputedStyle(document.documentElement);
	const color = (name: string) => style.getPropertyValue(name).trim();
	return { background: color("--shell"), foreground: color("--shell-text"), cursor: color("--shell-text") };
}
