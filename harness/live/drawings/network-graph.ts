import { Graph, layout } from "@dagrejs/dagre";
import type { Box, Point } from "./shapes.ts";

export interface GraphNode {
	key: string;
	width: number;
	height: number;
	/** Whether the node lies in the frame. There is only one frame. */
	framed: boolean;
}

export interface GraphEdge {
	from: string;
	to: string;
	/** The size of the label that stands on it. */
	label?: { width: number; height: number };
}

export interface PlacedGraph {
	boxes: Map<string, Box>;
	/** For each edge, in the same order: its line, and the middle of its label. */
	lines: { points: Point[]; label: Point }[];
}

const RANKS_GAP = 30;
const NODES_GAP = 34;
const FRAME = "frame";
/** How many placed graphs are kept: one drawing needs several, one for each layout and each size of the text. */
const KEPT_MAX = 64;

/** The placed graphs that were asked for last, by everything that decides where their nodes are. */
const kept = new Map<string, PlacedGraph>();

/**
 * Places nodes in ranks, from the top to the bottom, so that few edges cross. Placing takes milliseconds, and the same
 * graph is placed for several sizes of the text, so the last results are kept.
 * @param column the keys of all nodes, if each must stand below the one before
 */
export function placeGraph(
	nodes: readonly GraphNode[],
	edges: readonly GraphEdge[],
	column: readonly string[] = [],
): PlacedGraph {
	const sizes = nodes.map(({ key, width, height, framed }) => [key, width, height, framed]);
	const graphKey = JSON.stringify([sizes, edges.map(({ from, to, label }) => [from, to, label]), column]);
	const placed = kept.get(graphKey) ?? place(nodes, edges, column);
	kept.delete(graphKey);
	kept.set(graphKey, placed);
	const [oldest] = kept.keys();
	if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
	return placed;
}

function place(nodes: readonly GraphNode[], edges: readonly GraphEdge[], column: readonly string[]): PlacedGraph {
	const graph = new Graph({ compound: true, multigraph: true });
	graph.setGraph({ rankdir: "TB", ranksep: RANKS_GAP, nodesep: NODES_GAP, marginx: 12, marginy: 2 });
	graph.setNode(FRAME, {});
	for (const { key, width, height, framed } of nodes) {
		graph.setNode(key, { width, height });
		if (framed) graph.setParent(key, FRAME);
	}
	for (const [index, { from, to, label }] of edges.entries())
		graph.setEdge(from, to, { ...label, labelpos: "c" }, String(index));
	for (const [index, key] of column.slice(1).entries()) graph.setEdge(column[index] ?? "", key, {}, `column ${index}`);
	layout(graph);
	const boxes = new Map(
		nodes.map(({ key }) => {
			const { x = 0, y = 0, width = 0, height = 0 } = graph.node(key);
			return [key, { x: x - width / 2, y: y - height / 2, width, height }];
		}),
	);
	const lines = edges.map(({ from, to }, index) => {
		const edge = graph.edge(from, to, String(index));
		const points = (edge.points ?? []).map(({ x, y }: { x: number; y: number }): Point => [x, y]);
		return { points, label: [edge.x ?? 0, edge.y ?? 0] as const };
	});
	return { boxes, lines };
}
