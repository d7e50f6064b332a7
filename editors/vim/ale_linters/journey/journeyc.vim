" `journeyc lsp` for ALE: findings, completion, hover, going to definitions, renaming.
call ale#Set('journey_journeyc_executable', 'journeyc')
call ale#Set('journey_journeyc_options', {})

" The folder with the journey.toml, or that of the file.
function! ale_linters#journey#journeyc#Root(buffer) abort
  let l:file = ale#path#FindNearestFile(a:buffer, 'journey.toml')
  return empty(l:file) ? fnamemodify(bufname(a:buffer), ':p:h') : fnamemodify(l:file, ':h')
endfunction

call ale#linter#Define('journey', {
\   'name': 'journeyc',
\   'lsp': 'stdio',
\   'executable': {buffer -> ale#Var(buffer, 'journey_journeyc_executable')},
\   'command': '%e lsp',
\   'language': 'journey',
\   'initialization_options': {buffer -> ale#Var(buffer, 'journey_journeyc_options')},
\   'project_root': function('ale_linters#journey#journeyc#Root'),
\})
