import type { ManagementRequest } from '../../../core/managementApi/server';

/** The part of a trigger item that Endpoint → Answer Management Request reads. */
export interface ManagementItem {
	/** A {@link EncryptedRequest} as JSON, encrypted with the outbox's key. */
	management_request: string;
}

/** A management request as the trigger hands it to the node that answers it. */
export interface EncryptedRequest extends ManagementRequest {
	platformId: string;
}

/** Associated data of the encryption, which keeps any other ciphertext of the outbox from being read as a request. */
export const REQUEST_ASSOCIATED_DATA = 'management request';
