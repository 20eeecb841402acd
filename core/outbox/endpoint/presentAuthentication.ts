import { describeCertificate } from '../../credentials/clientTls';
import { toPrintableUrl } from '../../http/endpointUrl';
import { HIDDEN } from '../../lib/maskSecrets';

type Fields = Record<string, unknown>;

/** The fields of an authentication that are not secret, under the names that items have. */
const SHOWN_FIELDS: Record<string, string> = {
	user: 'user',
	tokenUrl: 'token_url',
	clientId: 'client_id',
	clientSecretIn: 'client_secret_in',
	scope: 'scope',
	audience: 'audience',
	accessKeyId: 'access_key_id',
	region: 'region',
	service: 'service',
};

const SECRET_FIELDS: Record<string, string> = {
	token: 'token',
	password: 'password',
	clientSecret: 'client_secret',
	secretAccessKey: 'secret_access_key',
	sessionToken: 'session_token',
};

/** Returns a token URL without its query, which may have secrets. */
export const toPrintableTokenUrl = (tokenUrl: unknown): string =>
	URL.canParse(String(tokenUrl)) ? toPrintableUrl(new URL(String(tokenUrl).trim())) : '';

/** Returns the fields of a table that are filled in, under their other names. */
const pickFilled = (
	fields: Fields,
	table: Record<string, string>,
	present: (value: unknown, field: string) => unknown,
): Fields =>
	Object.fromEntries(
		Object.entries(table).flatMap(([field, name]) =>
			(fields[field] ?? '') === '' ? [] : [[name, present(fields[field], field)]],
		),
	);

/** Returns an endpoint's authentication for its item, without any secret. */
export const presentAuthentication = (fields: Fields): Fields => ({
	type: fields.authentication ?? 'none',
	...pickFilled(fields, SHOWN_FIELDS, (value, field) =>
		field === 'tokenUrl' ? toPrintableTokenUrl(value) : value,
	),
	...pickFilled(fields, SECRET_FIELDS, () => HIDDEN),
});

/** Returns an endpoint's client certificate and private authority for its item. It has neither if there are none. */
export const presentClientTls = ({ caCertificate, clientCertificate }: Fields): Fields => ({
	...(typeof clientCertificate === 'string' && {
		client_certificate: describeCertificate(clientCertificate),
	}),
	...(typeof caCertificate === 'string' && { ca_certificate: describeCertificate(caCertificate) }),
});
