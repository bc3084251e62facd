import { stepIfChanged } from './stamp.mjs'
import { build } from './build_typescript.mjs'

/** The service and the library in dist. */
export async function typescriptBuild() {
  await stepIfChanged(
    {
      name: 'typescript',
      what: 'TypeScript build',
      inputs: ['lib', 'tsconfig.json', 'package-lock.json'],
      outputs: ['dist/cli/main.js'],
    },
    build,
  )
}
