/**
 * Changes that an attacker could make to a preset's authentic request, derived from its scheme. Each forgery is a name
 * and a request that must be rejected.
 */
const {
	DEFAULT_URL,
	bodyPlace,
	headerPlace,
	isForm,
	parameterPlace,
	partPlace,
	prefixedPlace,
	wholeBodyPlace,
} = require('./requestPlaces');

const flipBit = (bytes, index) => Buffer.from(bytes.with(index, bytes[index] ^ 1));

/** Changes of a signature's bytes. */
const BYTE_CHANGES = {
	'another first byte': (bytes) => flipBit(bytes, 0),
	'another byte in the middle': (bytes) => flipBit(bytes, bytes.length >> 1),
	'another last byte': (bytes) => flipBit(bytes, bytes.length - 1),
	'a byte less': (bytes) => bytes.subarray(0, -1),
	'a byte more': (bytes) => Buffer.concat([bytes, Buffer.of(0)]),
	zeros: (bytes) => Buffer.alloc(bytes.length),
	nothing: () => Buffer.alloc(0),
};

const nameForgeries = (what, changes) =>
	Object.entries(changes).map(([name, request]) => [`${what}: ${name}`, request]);

/** Removes what is at a place, and empties it. */
const removeFrom = (what, place, request) =>
	nameForgeries(what, {
		removed: place.write(request, undefined),
		empty: place.write(request, ''),
	});

/** Changes a value that is signed, if the request has it. */
function changeValue(what, place, request) {
	const text = place.read(request);
	if (text === undefined || text === '') return [];
	return [
		...nameForgeries(what, { another: place.write(request, `${text}1`) }),
		...removeFrom(what, place, request),
	];
}

/** Returns the place of a scheme's signature that the request has. */
function findSignaturePlace(scheme, request, jsonField) {
	const { additionalSignatureHeaders = [], signatureField, signatureHeader } = scheme;
	if (signatureField !== undefined) return bodyPlace(signatureField, jsonField);
	if (scheme.signatureParameter !== undefined) return parameterPlace(scheme.signatureParameter);
	const headers = [signatureHeader, ...additionalSignatureHeaders].map((name) => headerPlace(name));
	return headers.find((place) => place.read(request) !== undefined) ?? headers[0];
}

/** Returns the form that a part of the signature's text is written in; `undefined` if it is no signature. */
function findForm({ forms, signaturePosition = 1, timestamp = {} }, part, index) {
	const isTime =
		timestamp.signaturePosition === index + 1 ||
		(timestamp.signaturePart !== undefined && part.startsWith(timestamp.signaturePart));
	if (isTime || index + 1 < signaturePosition) return undefined;
	return forms
		.filter(({ prefix }) => part.startsWith(prefix))
		.sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

/** Changes every signature of a text, which may have several. */
function changeSignatures(scheme, text, change) {
	const { separator } = scheme;
	return (separator === undefined ? [text] : text.split(separator))
		.map((spaced, index) => {
			const part = spaced.trim();
			const form = findForm(scheme, part, index);
			if (form === undefined) return part;
			const bytes = Buffer.from(part.slice(form.prefix.length), form.encoding);
			return form.prefix + change(bytes).toString(form.encoding);
		})
		.join(separator);
}

/** Returns the place of a scheme's time. */
function getTimePlace({ separator, timestamp }, signaturePlace, jsonField) {
	const { bodyField, header, parameter, signaturePart, signaturePosition } = timestamp;
	if (bodyField !== undefined) return bodyPlace(bodyField, jsonField);
	if (header !== undefined) return headerPlace(header);
	if (parameter !== undefined) return parameterPlace(parameter);
	if (signaturePosition !== undefined) {
		return partPlace(signaturePlace, separator, () => signaturePosition - 1);
	}
	const findIndex = (parts) => parts.findIndex((part) => part.trim().startsWith(signaturePart));
	return prefixedPlace(partPlace(signaturePlace, separator, findIndex), signaturePart);
}

/** Returns a time one unit later. */
const addToTime = (text) =>
	/^\d+$/.test(text)
		? String(BigInt(text) + 1n)
		: new Date(Date.parse(text) + 1000).toISOString().replace(/\.000Z$/, 'Z');

function forgeTime(scheme, signaturePlace, request, jsonField) {
	if (scheme.timestamp === undefined) return [];
	const place = getTimePlace(scheme, signaturePlace, jsonField);
	const later = place.write(request, addToTime(place.read(request)));
	return [['time: another', later], ...removeFrom('time', place, request)];
}

const VALUE_PLACES = { header: headerPlace, query: parameterPlace };

/** Changes the values that a scheme signs one by one: the ID, headers, URL parameters and body fields. */
function forgeSignedValues({ content, idHeader }, request, jsonField) {
	const named = [...content.matchAll(/\{(header|query|body):([^{}]+)\}/g)];
	const places = named.map(([placeholder, kind, name]) => [
		placeholder,
		kind === 'body' ? bodyPlace(name, jsonField) : VALUE_PLACES[kind](name),
	]);
	if (idHeader !== undefined) places.push(['ID', headerPlace(idHeader)]);
	return places.flatMap(([what, place]) => changeValue(what, place, request));
}

/** Changes the URL, if a scheme signs it. */
function forgeUrl({ content }, request) {
	const { url = DEFAULT_URL } = request;
	return /\{(?:url|path)\}/.test(content) ? [['another URL', { ...request, url: `${url}2` }]] : [];
}

/** Returns whether the signed content has the whole body in some form. */
const coversWholeBody = ({ content }) => /\{(?:sha\d+-[\w-]+:)?(?:body|form)\}/.test(content);

/** Changes the body. */
function forgeBody(request) {
	const { body } = request;
	return nameForgeries('body', {
		longer: { ...request, body: `${body} ` },
		shorter: { ...request, body: body.slice(1) },
		replaced: { ...request, body: isForm(request) ? 'injected=1' : '{"injected":true}' },
		removed: { ...request, body: '' },
	});
}

function forgeSignature(scheme, request, jsonField) {
	const place = findSignaturePlace(scheme, request, jsonField);
	const text = place.read(request);
	const changes = Object.entries(BYTE_CHANGES).map(([name, change]) => [
		`signature: ${name}`,
		place.write(request, changeSignatures(scheme, text, change)),
	]);
	return [
		...changes,
		...removeFrom('signature', place, request),
		...forgeTime(scheme, place, request, jsonField),
		...forgeSignedValues(scheme, request, jsonField),
		...forgeUrl(scheme, request),
		...(coversWholeBody(scheme) ? forgeBody(request) : []),
	];
}

/** Returns the place of a scheme's JSON Web Token. */
const getJwtPlace = ({ place: { body, header, parameter, prefix } }) => {
	if (body) return wholeBodyPlace;
	return parameter === undefined ? headerPlace(header, prefix) : parameterPlace(parameter);
};

const encodeJson = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decodeJson = (text) => JSON.parse(Buffer.from(text, 'base64url').toString());

function forgeJwt(scheme, request) {
	const place = getJwtPlace(scheme);
	const [header, payload, signature] = place.read(request).split('.');
	const bytes = Buffer.from(signature, 'base64url');
	const claims = decodeJson(payload);
	const tokens = {
		...Object.fromEntries(
			Object.entries(BYTE_CHANGES).map(([name, change]) => [
				`signature: ${name}`,
				[header, payload, change(bytes).toString('base64url')],
			]),
		),
		'without a signature': [header, payload],
		'algorithm none': [encodeJson({ ...decodeJson(header), alg: 'none' }), payload, ''],
		'algorithm none, signed': [
			encodeJson({ ...decodeJson(header), alg: 'none' }),
			payload,
			signature,
		],
		'another claim': [header, encodeJson({ ...claims, injected: true }), signature],
	};
	const changed = Object.entries(tokens).map(([name, parts]) => [
		`token: ${name}`,
		place.write(request, parts.join('.')),
	]);
	const coversBody = scheme.bodyHash !== undefined && scheme.place.body !== true;
	return [
		...changed,
		...removeFrom('token', place, request),
		...(coversBody ? forgeBody(request) : []),
	];
}

function forgeMessageSignature(request) {
	const place = headerPlace('signature');
	const change = (changeBytes) =>
		place.write(
			request,
			place
				.read(request)
				.replace(
					/:([\w+/=]+):/g,
					(_, text) => `:${changeBytes(Buffer.from(text, 'base64')).toString('base64')}:`,
				),
		);
	const changed = Object.entries(BYTE_CHANGES).map(([name, changeBytes]) => [
		`signature: ${name}`,
		change(changeBytes),
	]);
	return [
		...changed,
		...removeFrom('signature', place, request),
		...removeFrom('signature input', headerPlace('signature-input'), request),
		...forgeBody(request),
	];
}

const SCHEME_FORGERIES = {
	jwt: forgeJwt,
	messageSignature: (_, request) => forgeMessageSignature(request),
};

/** Lists forgeries of a signed request. @param jsonField the field of a form that contains JSON */
const listForgeries = (scheme, request, jsonField) =>
	(SCHEME_FORGERIES[scheme.kind] ?? forgeSignature)(scheme, request, jsonField);

/** The places in which each method's token may be, for a platform. */
const TOKEN_PLACES = {
	urlToken: () => [parameterPlace('token')],
	bearer: () => [headerPlace('authorization', 'Bearer ')],
	basic: () => [headerPlace('authorization', 'Basic ')],
	// Without a header of its own, the platform's user chooses one: the one of a new credential here.
	headerToken: ({ headerToken = { names: ['X-API-Key'] } }) =>
		headerToken.names.map((name) => headerPlace(name, headerToken.prefix)),
	bodyToken: ({ bodyToken, formBodies }) =>
		bodyToken === undefined ? [] : [bodyPlace(bodyToken.field, formBodies?.jsonField)],
};

/** Returns a secret as a caller sends it. */
const encodeToken = (method, secret) =>
	method === 'basic' ? Buffer.from(secret).toString('base64') : secret;

/** Finds the method by which a request presents a secret, and its place; `undefined` if it is signed. */
function findToken(platform, methods, request, secret) {
	for (const method of methods) {
		for (const place of TOKEN_PLACES[method]?.(platform) ?? []) {
			if (place.read(request)?.trim() === encodeToken(method, secret)) return { method, place };
		}
	}
	return undefined;
}

/** Lists requests with another token, or none. */
function listTokenForgeries({ method, place }, request, secret) {
	const forge = (text) => place.write(request, encodeToken(method, text));
	return [
		...nameForgeries('token', {
			longer: forge(`${secret}x`),
			shorter: forge(secret.slice(0, -1)),
			another: forge('another:token'),
			'in other case': forge(
				secret === secret.toUpperCase() ? `${secret}${secret}` : secret.toUpperCase(),
			),
		}),
		...removeFrom('token', place, request),
	];
}

module.exports = { coversWholeBody, findToken, forgeBody, listForgeries, listTokenForgeries };
