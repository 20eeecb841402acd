/** The places of a request that have a signature, a token or a signed value, to read and to change them. */
const DEFAULT_URL = 'https://n8n.example.com/webhook/1';

const FORM = 'application/x-www-form-urlencoded';

const isForm = ({ headers }) => (headers['content-type'] ?? '').startsWith(FORM);

/** A header, or what follows a prefix in it. */
const headerPlace = (name, prefix = '') => {
	const key = name.toLowerCase();
	return {
		read: ({ headers }) =>
			headers[key]?.startsWith(prefix) ? headers[key].slice(prefix.length) : undefined,
		write: (request, text) => ({
			...request,
			headers: { ...request.headers, [key]: text === undefined ? undefined : prefix + text },
		}),
	};
};

/** A parameter of the URL. */
const parameterPlace = (name) => ({
	read: ({ url = DEFAULT_URL }) => new URL(url).searchParams.get(name) ?? undefined,
	write: (request, text) => {
		const url = new URL(request.url ?? DEFAULT_URL);
		if (text === undefined) url.searchParams.delete(name);
		else url.searchParams.set(name, text);
		return { ...request, url: url.href };
	},
});

/** Reads all values at a path; a key that is no index goes through lists. */
function readAt(value, [key, ...keys]) {
	if (key === undefined) return [value];
	if (Array.isArray(value) && !/^\d+$/.test(key)) {
		return value.flatMap((element) => readAt(element, [key, ...keys]));
	}
	return value?.[key] === undefined ? [] : readAt(value[key], keys);
}

/** Returns a copy with another value at a path. */
function writeAt(value, [key, ...keys], text) {
	if (Array.isArray(value) && !/^\d+$/.test(key)) {
		return value.map((element) => writeAt(element, [key, ...keys], text));
	}
	const inner = keys.length === 0 ? text : writeAt(value[key], keys, text);
	return Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner };
}

/** A field of the body, which is JSON or a form. @param jsonField the form's field that contains JSON */
const bodyPlace = (path, jsonField) => ({
	read: (request) => {
		const form = isForm(request) ? new URLSearchParams(request.body) : undefined;
		const json = form === undefined ? request.body : form.get(jsonField);
		const value = json === null ? Object.fromEntries(form) : JSON.parse(json);
		const [found] = readAt(value, path.split('.'));
		return found === undefined ? undefined : String(found);
	},
	write: (request, text) => {
		const write = (json) => JSON.stringify(writeAt(JSON.parse(json), path.split('.'), text));
		if (!isForm(request)) return { ...request, body: write(request.body) };
		const form = new URLSearchParams(request.body);
		if (form.has(jsonField)) form.set(jsonField, write(form.get(jsonField)));
		else if (text === undefined) form.delete(path);
		else form.set(path, text);
		return { ...request, body: form.toString() };
	},
});

/** The whole body. */
const wholeBodyPlace = {
	read: ({ body }) => body,
	write: (request, text = '') => ({ ...request, body: text }),
};

/** One part of the text at a place. @param findIndex finds it among the parts */
const partPlace = (place, separator, findIndex) => {
	const split = (request) => place.read(request).split(separator);
	return {
		read: (request) => split(request)[findIndex(split(request))],
		write: (request, part) => {
			const parts = split(request);
			const index = findIndex(parts);
			const changed = part === undefined ? parts.toSpliced(index, 1) : parts.with(index, part);
			return place.write(request, changed.join(separator));
		},
	};
};

/** What follows a prefix in the text at a place. */
const prefixedPlace = (place, prefix) => ({
	read: (request) => place.read(request)?.trim().slice(prefix.length),
	write: (request, text) => place.write(request, text === undefined ? undefined : prefix + text),
});

module.exports = {
	DEFAULT_URL,
	bodyPlace,
	headerPlace,
	isForm,
	parameterPlace,
	partPlace,
	prefixedPlace,
	wholeBodyPlace,
};
