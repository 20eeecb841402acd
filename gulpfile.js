const { dest, src } = require('gulp');

/** Puts what the compiler leaves behind beside its output: icons and codex files. */
function assets() {
	return src(['nodes/**/*.{svg,png,json}', 'credentials/**/*.svg'], {
		base: '.',
		encoding: false,
		allowEmpty: true,
	}).pipe(dest('dist'));
}

exports.default = assets;
