import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'telegram',
	name: 'Telegram Bot API',
	description: 'X-Telegram-Bot-Api-Secret-Token: the secret_token of setWebhook',
	searchWords: ['messages', 'bot'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://core.telegram.org/bots/api#setwebhook',
	authentication: HEADER_TOKEN,
	headerToken: { names: ['X-Telegram-Bot-Api-Secret-Token'] },
	// https://core.telegram.org/bots/api#update
	events: {
		example: { type: 'message' },
		// An update has its ID and one other field, which is named after its kind.
		type: [{ fieldName: '', except: ['update_id'] }],
		time: { body: 'message.date' },
		duplicateKey: [{ body: 'update_id' }],
	},
	setup: {
		menu: 'the request setWebhook of the Bot API',
		page: 'https://core.telegram.org/bots/api#setwebhook',
		secret: {
			name: 'secret_token',
			place: 'which you choose in that request',
			format: 'has 1 to 256 letters, digits, hyphens and underscores',
		},
	},
	usualTypes: [
		'business_message',
		'callback_query',
		'channel_post',
		'chat_join_request',
		'chat_member',
		'chosen_inline_result',
		'edited_channel_post',
		'edited_message',
		'inline_query',
		'message',
		'message_reaction',
		'my_chat_member',
		'poll',
		'poll_answer',
		'pre_checkout_query',
		'shipping_query',
	],
});
