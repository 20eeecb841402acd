import type { INodeProperties } from 'n8n-workflow';

/**
 * Returns the fields for the authentication that an endpoint requires in addition to the signature: for
 * the outbound credential, and for an endpoint of the outbox.
 * @param name name of the field for the choice; n8n's editor hides a node's parameter named
 * `authentication`
 */
export function authenticationFields(displayName: string, name: string): INodeProperties[] {
	const showFor = (...methods: string[]) => ({ show: { [name]: methods } });
	return [
		{
			displayName,
			name,
			type: 'options',
			options: [
				{ name: 'Basic', value: 'basic' },
				{ name: 'Bearer Token', value: 'bearer' },
				{ name: 'None', value: 'none' },
				{ name: 'URL Token', value: 'urlToken', description: 'Sent as ?token=' },
			],
			default: 'none',
			description: 'Authentication that the endpoint requires in addition to the signature',
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description: 'Token that you got from the endpoint’s owner, without the word Bearer',
			displayOptions: showFor('bearer', 'urlToken'),
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			placeholder: 'e.g. n8n',
			displayOptions: showFor('basic'),
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: showFor('basic'),
		},
	];
}
