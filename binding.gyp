# CMakeLists.txt is the one description of the build. This file only lets tools that speak node-gyp (npm rebuild,
# prebuildify, electron-rebuild) run it. It is not published: npm would run node-gyp over a prebuild.
{
  'targets': [{
    'target_name': 'cmake',
    'type': 'none',
    'actions': [{
      'action_name': 'cmake',
      # CMake knows what changed: so the action always runs.
      'inputs': ['CMakeLists.txt'],
      'outputs': ['<(PRODUCT_DIR)/always-run'],
      'action': ['node', 'lib/setup/build_native.mjs', '--config', '<(CONFIGURATION_NAME)', '--output', '<(PRODUCT_DIR)'],
    }],
  }],
}
