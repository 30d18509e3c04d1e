/** A port of the host that leads to a port of the container. */
export interface Published {
	host: number;
	container: number;
}

/** A network that one container can join. */
export interface Network {
	/** Moves the calling process into the network namespace. The container's first process calls it. */
	join(): void;
	/** Removes what was made for this container. The engine calls it when the command has ended. */
	remove(): void;
}

/**
 * Makes a network namespace, and connects it to the host's.
 * The engine calls this function in its own process, before it forks the process that becomes the command.
 *
 * @param name name of the host's end of the veth pair, such as `box-0a1b2c3d`; nothing else has this name
 * @param address the container's address, such as `10.88.0.2`
 * @param published ports of the host that lead to ports of the container
 */
export function connect(_name: string, _address: string, _published: readonly Published[]): Network {
	// TODO(08.1) make a network namespace, keep a descriptor of it, and come back; `join` moves its caller there
	// TODO(08.2) in the namespace: set the loopback up; `ip` and `nft` of #box/tools run these programs
	// TODO(08.3) on the host: make the bridge box0 with the address 10.88.0.1/24, unless it exists
	// TODO(08.4) make a veth pair: `name` is a port of the bridge, `eth0` is in the namespace (the host has its own eth0)
	// TODO(08.5) in the namespace: give eth0 its address, set it up, and add the default route
	// TODO(08.6) on the host: forward packets, and masquerade what leaves through any link but the bridge
	// TODO(08.7) on the host: make the container reachable at the published ports, for clients outside and for the host itself
	return {
		join: () => {},
		// TODO(08.8) remove everything, here and when a step above fails; remove the bridge with the last container
		remove: () => {},
	};
}
