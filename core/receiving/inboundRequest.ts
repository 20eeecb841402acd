import type { RequestHeaders } from '../http/headers';

/**
 * The reason that a body cannot be read. `unavailable`: it was parsed, and its bytes were discarded.
 * `damaged`: it is incomplete, or its compression does not match its headers.
 */
export type BodyFault = 'unavailable' | 'damaged';

/**
 * A request as it arrived. Values that are costly to read are functions, called only when a check needs
 * them.
 */
export interface InboundRequest {
	method: string;
	/** True if it came over HTTPS, as the trusted proxy or the connection itself reports. */
	secure: boolean;
	/** The caller's IP address in its canonical form, as the trusted proxy reports it; empty if unknown. */
	address: string;
	/** The IP address that the connection itself comes from, e.g. a proxy's; absent or empty if unknown. */
	peerAddress?: string;
	query: Record<string, unknown>;
	headers: RequestHeaders;
	/** Reads the bytes as they arrived, decompressed if they were compressed. May be called again. */
	readBody: () => Promise<Buffer | BodyFault>;
	/** Returns the public URL with its query, as the caller knows it. */
	url: () => string;
	/** Returns other URLs, with the same query, that the caller may know instead. */
	otherUrls?: () => string[];
	nowMs: number;
}
