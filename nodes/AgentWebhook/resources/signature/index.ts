import type { Resource } from '../operation';

import { generateSecretOperation } from './generateSecret';
import { signOperation } from './sign';
import { verifyOperation } from './verify';

export const signature: Resource = {
	name: 'Signature',
	defaultOperation: 'verify',
	operations: {
		verify: verifyOperation,
		sign: signOperation,
		generateSecret: generateSecretOperation,
	},
};
