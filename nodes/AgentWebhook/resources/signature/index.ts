import type { Resource } from '../operation';

import { generateSecretOperation } from './generateSecret';
import { signOperation } from './sign';
import { verifyOperation } from './verify';

export const signature: Resource = {
	name: 'Signature',
	operations: {
		generateSecret: generateSecretOperation,
		sign: signOperation,
		verify: verifyOperation,
	},
};
