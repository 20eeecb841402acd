import type { ManagementRequest } from '../../../core/managementApi/server';

/** What the trigger hands to Endpoint → Answer Management Request. */
export interface ManagementItem {
	/** A {@link SealedRequest}: only the outbox's key opens it. */
	management_request: string;
}

export interface SealedRequest extends ManagementRequest {
	platformId: string;
}

/** What a sealed request belongs to. */
export const REQUEST_PLACE = 'management request';
