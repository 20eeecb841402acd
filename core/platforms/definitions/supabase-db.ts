import { UNSIGNED } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'supabase-db',
	name: 'Supabase (database)',
	description: 'no signature: headers or parameters that you add to the database webhook',
	searchWords: ['tables', 'rows', 'Postgres'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://supabase.com/docs/guides/database/webhooks',
	authentication: UNSIGNED,
	events: {
		example: { type: 'INSERT' },
		type: [{ body: 'type' }],
		data: 'record',
		// Two changes of a row may have the same bytes, and Supabase does not retry.
		duplicateKey: [],
	},
	setup: {
		menu: 'Dashboard → Integrations → Database Webhooks → Create a new hook',
		page: 'https://supabase.com/docs/guides/database/webhooks',
		secret: { name: 'HTTP Headers', place: 'of the hook: add one with a secret of your choice' },
	},
	usualTypes: ['DELETE', 'INSERT', 'UPDATE'],
});
