// With a token, the page asks for it, and everything in the page has it from then on.
import { expect, test } from 'vitest'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService } from '../kit/server.ts'
import { visitor } from './visit.ts'

const visit = visitor()
const token = 'w&ird tok=en'

test.each(['', '/attic'])('a form lets in who knows the token, below "%s"', async (basePath) => {
  const source = new ScriptedSource([await makeJpeg({ seed: 1 }), await makeJpeg({ seed: 2 })])
  await using service = await startService({ sources: [source], token, basePath })
  using _run = source.run()
  const v = await visit()
  await v.goto(`${service.url}${basePath}/`)
  await v.page.fill('#token', 'guess')
  await v.page.press('#token', 'Enter')
  await v.page.waitForURL('**/?token=guess')
  // What the browser itself says of the page's status.
  expect(v.complaints.every((one) => one.includes('401'))).toBe(true)
  v.complaints.length = 0

  await v.page.fill('#token', token)
  await v.page.press('#token', 'Enter')
  await v.says('state', 'Live')
  await v.changed()
  await v.changed(await v.pixels())
  await v.page.click('text=How, for each')
  await v.page.waitForSelector('#home-assistant')
  expect(await v.text('camera')).toBe('Put your token in place of TOKEN')
  await v.page.click('#back')
  await v.says('state', 'Live')
  expect(v.complaints).toEqual([])
})

test('a program is not given the form', async () => {
  const source = new ScriptedSource([await makeJpeg()])
  await using service = await startService({ sources: [source], token })
  const response = await fetch(`${service.url}/`)
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toContain('Basic')
  expect(response.headers.get('content-type')).toContain('application/json')
})
