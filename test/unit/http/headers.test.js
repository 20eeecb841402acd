const { getMediaType, isFormBody, isJsonBody } = require('../../../build/core/http/headers');

describe('getMediaType, isJsonBody and isFormBody', () => {
	test.each([
		['application/json', 'application/json', true, false],
		['Application/JSON; charset=UTF-8', 'application/json', true, false],
		['application/cloudevents+json', 'application/cloudevents+json', true, false],
		[' application/x-www-form-urlencoded ;x', 'application/x-www-form-urlencoded', false, true],
		['text/json', 'text/json', false, false],
		['application/jsonp', 'application/jsonp', false, false],
		['', '', false, false],
		[undefined, '', false, false],
		[['application/json', 'application/json'], '', false, false],
	])('reads the content type %j', (value, mediaType, json, form) => {
		const headers = { 'content-type': value };
		expect(getMediaType(headers)).toBe(mediaType);
		expect(isJsonBody(headers)).toBe(json);
		expect(isFormBody(headers)).toBe(form);
	});
});
