/**
 * Writes what ships: each node and credential as one readable file in dist/, and the code that they share in
 * dist/shared. n8n then loads a dozen files instead of several hundred. Unit and node tests run the modules in build/.
 */
import fs from 'node:fs';
import path from 'node:path';

const { n8n } = JSON.parse(fs.readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const entries = [...n8n.nodes, ...n8n.credentials].map((file) =>
	path.relative('dist', file).replace(/\.js$/, ''),
);

export default {
	input: Object.fromEntries(entries.map((entry) => [entry, `./${entry}.ts`])),
	platform: 'node',
	// Modules of other packages, and of Node, are not ours to ship.
	external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
	output: {
		dir: 'dist',
		format: 'cjs',
		exports: 'named',
		strict: true,
		comments: false,
		chunkFileNames: 'shared/[name].js',
	},
};
