-- `journeyc lsp` for Neovim, from 0.7 on, without other plugins.
--
--     require("journey").setup({ cmd = { "/opt/journey/bin/journeyc", "lsp" } })
--
-- What is given goes to `vim.lsp.start_client` as it is: `on_attach`, `capabilities`, `handlers` and so on.

local journey = {}

local given = {}

--- The servers that run, by the folder of their workspace.
local clients = {}

--- The folder with the journey.toml of a file, or that of the file.
local function root(file)
  local folder = vim.fn.fnamemodify(file, ":p:h")
  local found = vim.fn.findfile("journey.toml", vim.fn.escape(folder, " ,;") .. ";")
  return found == "" and folder or vim.fn.fnamemodify(found, ":p:h")
end

local function start(folder)
  local config = vim.tbl_extend("keep", given, {
    name = "journey",
    cmd = { "journeyc", "lsp" },
    root_dir = folder,
    workspace_folders = { { uri = vim.uri_from_fname(folder), name = vim.fn.fnamemodify(folder, ":t") } },
  })
  local on_exit = config.on_exit
  config.on_exit = function(...)
    clients[folder] = nil
    if on_exit then on_exit(...) end
  end
  return vim.lsp.start_client(config)
end

--- Joins a buffer to the server of its workspace, which is started if it does not run.
function journey.attach(buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  -- A buffer of a plugin, or one that is on no disk.
  if file == "" or file:match("^%a[%w+.-]+://") then return end
  if vim.fn.executable((given.cmd or { "journeyc" })[1]) == 0 then
    vim.notify_once("journeyc is not in PATH: no completion and no checks", vim.log.levels.WARN)
    return
  end
  local folder = root(file)
  clients[folder] = clients[folder] or start(folder)
  if clients[folder] then vim.lsp.buf_attach_client(buffer, clients[folder]) end
end

--- Starts a server for each workspace of which a file is opened.
function journey.setup(options)
  given = options or {}
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("journey", {}),
    pattern = "journey",
    callback = function(event) journey.attach(event.buf) end,
  })
end

return journey
