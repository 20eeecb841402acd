const { forEachItem } = require('../../../../build/nodes/shared/execution/eachItem');

test('outputs more items than a call can have arguments', async () => {
	const context = { getInputData: () => [{ json: {} }] };
	const items = Array.from({ length: 300_000 }, (_, number) => ({ json: { number } }));
	const [output] = await forEachItem(context, 1, 0, async () => ({ output: 0, items }));
	expect(output).toHaveLength(300_000);
	expect(output[299_999]).toEqual({ json: { number: 299_999 }, pairedItem: { item: 0 } });
});
