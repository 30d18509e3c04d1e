/** A port of the host that leads to one of the container's. */
export interface Published {
	host: number;
	container: number;
}

/** A network that one container can join. */
export interface Network {
	/** Moves the calling process into it. The engine calls it in the process that is about to become the command. */
	join(): void;
	/** Removes what was made for this container. The engine calls it when the command has ended. */
	remove(): void;
}

/**
 * Makes a network namespace that is connected to the host's.
 * The engine calls it in its own process, before it forks the one that becomes the command.
 *
 * @param name of the host's end of the veth pair, such as `box-0a1b2c3d`; nothing else has it
 * @param address the container's, such as `10.88.0.2`
 * @param published ports of the host that lead to ports of the container
 */
export function connect(_name: string, _address: string, _published: readonly Published[]): Network {
	// TODO(08.1) make a network namespace, keep a descriptor of it, and come back; `join` goes there
	// TODO(08.2) in the namespace: set the loopback up; `ip` and `nft` of #box/tools run these programs
	// TODO(08.3) on the host: make the bridge box0 with the address 10.88.0.1/24, unless an earlier container has made it
	// TODO(08.4) make a veth pair: `name` is a port of the bridge, `eth0` is in the namespace (the host has one itself)
	// TODO(08.5) in the namespace: give eth0 its address, set it up, and add the default route
	// TODO(08.6) on the host: forward packets, and masquerade what leaves through another link than the bridge
	// TODO(08.7) on the host: lead the published ports to the container, for those outside and for the host itself
	return {
		join: () => {},
		// TODO(08.8) remove all of it, here and when something above is refused; the last container takes the bridge along
		remove: () => {},
	};
}
