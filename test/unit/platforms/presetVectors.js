/** Reads the vectors of presets: one JSON file a preset, named after its ID. */
const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, 'vectors');

/** Lists the vectors of one preset. */
const readVectors = (id) =>
	JSON.parse(fs.readFileSync(path.join(FOLDER, `${id}.json`), 'utf8')).map((vector) => ({
		provider: id,
		...vector,
	}));

/** The vectors of all presets that have a file. */
const PRESET_VECTORS = fs
	.readdirSync(FOLDER)
	.map((file) => path.basename(file, '.json'))
	.sort()
	.flatMap(readVectors);

module.exports = { PRESET_VECTORS, readVectors };
