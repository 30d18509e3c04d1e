/** Turns a device number of stat(2) into major:minor, as mountinfo shows it. See makedev(3). */
export function formatDevice(dev: number): string {
	const [low, high] = [dev % 2 ** 32, Math.floor(dev / 2 ** 32)];
	const major = ((low >>> 8) & 0xfff) | (high & ~0xfff);
	const minor = (low & 0xff) | ((low >>> 12) & 0xfff00);
	return `${major}:${minor}`;
}
