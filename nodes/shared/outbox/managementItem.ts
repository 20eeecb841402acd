import type { ManagementRequest } from '../../../core/managementApi/server';

/** The part of a trigger item that Endpoint → Answer Management Request reads. */
export interface ManagementItem {
	/** A {@link SealedRequest} as JSON, encrypted with the outbox's key. */
	management_request: string;
}

/** A management request as the trigger hands it to the node that answers it. */
export interface SealedRequest extends ManagementRequest {
	platformId: string;
}

/** Associated data of the encryption: ties the ciphertext to its use. */
export const REQUEST_PLACE = 'management request';
