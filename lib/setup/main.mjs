// Entry of `npm start`, `npm test`, `npm run lint` and `npm run bench`: checks Node, then runs the module
// of that name beside this one. It imports nothing, so that even a very old Node can read it this far.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `MotionInOcean needs Node 20.19 or newer, and this is ${process.versions.node}. Install a newer one, for example from https://nodejs.org.`,
  )
  process.exit(1)
}

const [command, ...args] = process.argv.slice(2)
import(`./${command}.mjs`)
  .then((module) => module.default(args))
  .catch((error) => {
    // What was foreseen is one sentence; anything else is a defect and shows where it came from.
    console.error(error.name === 'SetupError' ? `\n${error.message}` : error)
    process.exit(1)
  })
