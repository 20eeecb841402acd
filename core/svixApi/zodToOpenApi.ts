import { z, type ZodTypeAny } from 'zod';

/** A schema of OpenAPI 3.1, which is JSON Schema. */
export type OpenApiSchema = Record<string, unknown>;

function describeString({ _def }: z.ZodString): OpenApiSchema {
	const schema: OpenApiSchema = { type: 'string' };
	for (const check of _def.checks) {
		if (check.kind === 'min') schema.minLength = check.value;
		if (check.kind === 'max') schema.maxLength = check.value;
		if (check.kind === 'regex') schema.pattern = check.regex.source;
		if (check.kind === 'datetime') schema.format = 'date-time';
	}
	return schema;
}

function describeNumber({ _def }: z.ZodNumber): OpenApiSchema {
	const schema: OpenApiSchema = { type: 'number' };
	for (const check of _def.checks) {
		if (check.kind === 'int') schema.type = 'integer';
		if (check.kind === 'min') schema.minimum = check.value;
		if (check.kind === 'max') schema.maximum = check.value;
	}
	return schema;
}

function describeObject(object: z.ZodObject<z.ZodRawShape>): OpenApiSchema {
	const shape = Object.entries(object.shape);
	const required = shape.flatMap(([name, field]) => (field.isOptional() ? [] : [name]));
	return {
		type: 'object',
		properties: Object.fromEntries(shape.map(([name, field]) => [name, toOpenApi(field)])),
		...(required.length > 0 && { required }),
		...(object._def.unknownKeys === 'strict' && { additionalProperties: false }),
	};
}

/** Adds what a list has besides the schema of its entries. */
const describeArray = ({ _def }: z.ZodArray<ZodTypeAny>): OpenApiSchema => ({
	type: 'array',
	items: toOpenApi(_def.type),
	...(_def.maxLength && { maxItems: _def.maxLength.value }),
});

/**
 * Returns a schema of zod as OpenAPI's, for the kinds of schema that the API uses.
 * @throws Error for any other kind
 */
export function toOpenApi(schema: ZodTypeAny): OpenApiSchema {
	if (schema instanceof z.ZodString) return describeString(schema);
	if (schema instanceof z.ZodNumber) return describeNumber(schema);
	if (schema instanceof z.ZodBoolean) return { type: 'boolean' };
	if (schema instanceof z.ZodNull) return { type: 'null' };
	if (schema instanceof z.ZodLiteral) return { const: schema.value as unknown };
	if (schema instanceof z.ZodEnum) return { type: 'string', enum: schema.options as string[] };
	if (schema instanceof z.ZodArray) return describeArray(schema as z.ZodArray<ZodTypeAny>);
	if (schema instanceof z.ZodRecord) {
		return { type: 'object', additionalProperties: toOpenApi(schema._def.valueType as ZodTypeAny) };
	}
	if (schema instanceof z.ZodObject) return describeObject(schema as z.ZodObject<z.ZodRawShape>);
	if (schema instanceof z.ZodOptional) return toOpenApi(schema.unwrap() as ZodTypeAny);
	if (schema instanceof z.ZodNullable) {
		return { anyOf: [toOpenApi(schema.unwrap() as ZodTypeAny), { type: 'null' }] };
	}
	if (schema instanceof z.ZodPipeline) return toOpenApi(schema._def.in as ZodTypeAny);
	if (schema instanceof z.ZodUnion) {
		return { anyOf: (schema.options as ZodTypeAny[]).map(toOpenApi) };
	}
	if (schema instanceof z.ZodEffects) return toOpenApi(schema.innerType() as ZodTypeAny);
	// What only a function checks, and anything at all.
	if (schema instanceof z.ZodAny || schema instanceof z.ZodUnknown) return {};
	throw new Error(`OpenAPI has no schema for ${schema.constructor.name}.`);
}
