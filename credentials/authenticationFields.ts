import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

const AWS_SIGNATURE: INodePropertyOptions = {
	name: 'AWS Signature V4',
	value: 'awsSigV4',
	description: 'For Lambda function URLs, API Gateway and other AWS services',
};
const BASIC: INodePropertyOptions = { name: 'Basic', value: 'basic' };
const BEARER: INodePropertyOptions = {
	name: 'Bearer Token',
	value: 'bearer',
	description: 'Sent in the Authorization header, after the word Bearer',
};
const CLIENT_CERTIFICATE: INodePropertyOptions = {
	name: 'Client Certificate Only',
	value: 'none',
	description: 'The certificate entered below, under Use Client Certificate or Private CA',
};
const HEADER_TOKEN: INodePropertyOptions = {
	name: 'Header Token',
	value: 'headerToken',
	description: 'Sent in a header that you name, e.g. X-API-Key',
};
const NONE: INodePropertyOptions = { name: 'None', value: 'none' };
const OAUTH2: INodePropertyOptions = {
	name: 'OAuth2 Client Credentials',
	value: 'oauth2',
	description: 'A Bearer token that the node gets from the endpoint’s OAuth2 server',
};
const URL_TOKEN: INodePropertyOptions = {
	name: 'URL Token',
	value: 'urlToken',
	description: 'Sent as ?token=',
};

/** The fields of each authentication that has several. */
const FIELDS: Record<string, INodeProperties[]> = {
	oauth2: [
		{
			displayName: 'Token URL',
			name: 'tokenUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://auth.example.com/oauth2/token',
			description: 'URL at which the endpoint’s OAuth2 server issues access tokens',
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			placeholder: 'e.g. n8n-webhooks',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'Client Secret In',
			name: 'clientSecretIn',
			type: 'options',
			options: [
				{ name: 'Authorization Header', value: 'basic', description: 'As Basic authentication' },
				{ name: 'Body', value: 'body' },
			],
			default: 'basic',
			description: 'Part of the token request that contains the client’s ID and secret',
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: '',
			placeholder: 'e.g. events.write',
			description: 'Scopes, separated by spaces. Leave empty for the server’s default.',
		},
		{
			displayName: 'Audience',
			name: 'audience',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://api.example.com',
			description: 'Intended recipient of the token. Some servers, such as Auth0, require it.',
		},
	],
	awsSigV4: [
		{
			displayName: 'Access Key ID',
			name: 'accessKeyId',
			type: 'string',
			// Not secret: it is sent with each request.
			default: '',
			placeholder: 'e.g. AKIAIOSFODNN7EXAMPLE',
		},
		{
			displayName: 'Secret Access Key',
			name: 'secretAccessKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'Session Token',
			name: 'sessionToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Session token of temporary credentials. Leave empty for long-term access keys.',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'string',
			default: '',
			placeholder: 'e.g. eu-central-1',
		},
		{
			displayName: 'Service',
			name: 'service',
			type: 'string',
			default: '',
			placeholder: 'e.g. lambda',
			description:
				'Name of the AWS service that the signature is for: lambda for a function URL, execute-api for API Gateway',
		},
	],
};

type Shown = NonNullable<INodeProperties['displayOptions']>['show'];

/** Builds the choice of an authentication, and the fields of each. */
function buildFields(
	choice: Pick<INodeProperties, 'displayName' | 'displayOptions' | 'name'>,
	options: INodePropertyOptions[],
	show: Shown = {},
): INodeProperties[] {
	const showFor = (...methods: string[]) => ({ show: { [choice.name]: methods, ...show } });
	return [
		{
			...choice,
			type: 'options',
			options,
			default: options.includes(NONE) ? NONE.value : BEARER.value,
			description: 'Authentication that the endpoint requires in addition to the signature',
		},
		...(options.includes(HEADER_TOKEN)
			? [
					{
						displayName: 'Header Name',
						name: 'headerName',
						type: 'string' as const,
						default: 'X-API-Key',
						placeholder: 'e.g. X-API-Key',
						displayOptions: showFor('headerToken'),
					},
				]
			: []),
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description: 'Token that you got from the endpoint’s owner, without the word Bearer',
			displayOptions: showFor('bearer', 'headerToken', 'urlToken'),
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
		...Object.entries(FIELDS).flatMap(([method, fields]) =>
			fields.map((field) => ({ ...field, displayOptions: showFor(method) })),
		),
	];
}

/**
 * Returns the fields for the authentication that an endpoint of the outbox requires in addition to the signature. A
 * token in another header is one of its custom headers.
 * @param name name of the field for the choice; n8n's editor hides a node's parameter named `authentication`
 */
export const endpointAuthenticationFields = (
	displayName: string,
	name: string,
): INodeProperties[] =>
	buildFields({ displayName, name }, [AWS_SIGNATURE, BASIC, BEARER, NONE, OAUTH2, URL_TOKEN]);

/** The names of the fields of an endpoint's authentication, without the choice. */
export const listAuthenticationFields = (method: string): string[] =>
	(FIELDS[method] ?? []).map(({ name }) => name);

/** Returns the fields for the authentication of the Sending credential, shown only if it authenticates. */
export const credentialAuthenticationFields = (show: Shown): INodeProperties[] =>
	buildFields(
		{ displayName: 'Authentication', name: 'authentication', displayOptions: { show } },
		[AWS_SIGNATURE, BASIC, BEARER, CLIENT_CERTIFICATE, HEADER_TOKEN, OAUTH2, URL_TOKEN],
		show,
	);
