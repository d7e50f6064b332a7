;;; Emacs with eglot, both from Debian, and the mode of this repository.  -*- lexical-binding: t; -*-

(add-to-list 'load-path (expand-file-name "emacs" (getenv "JOURNEY_EDITORS")))
(package-initialize)
(require 'eglot)
(require 'json)
(require 'journey-mode)

(setq journey-program (list (getenv "JOURNEY_SERVER") "lsp")
      eglot-sync-connect 60
      eglot-connect-timeout 60
      eglot-autoshutdown nil
      create-lockfiles nil
      make-backup-files nil)

(defun driver-wait (what done)
  "Let events come in until DONE says that there is WHAT."
  (let ((start (float-time)))
    (while (not (funcall done))
      (when (> (- (float-time) start) 60)
        (error "No %s" what))
      (accept-process-output nil 0.05))))

(defun driver-open (file)
  "Open FILE of the shop, with a server."
  (set-buffer (find-file-noselect (expand-file-name file (getenv "JOURNEY_SHOP"))))
  (unless (eglot-current-server)
    (apply #'eglot (eglot--guess-contact)))
  (unless (eglot-managed-p)
    (eglot--maybe-activate-editing-mode))
  ;; Without a command loop nothing runs the hooks that tell the server of a file.
  (driver-wait "server" #'eglot-managed-p))

(defun driver-go (question)
  "Open the file of QUESTION and go to its place."
  (driver-open (alist-get 'file question))
  (goto-char (eglot--lsp-position-to-point
              (list :line (alist-get 'line question) :character (alist-get 'character question)))))

(defun driver-diagnostic (found)
  "What is compared of FOUND, which is flymake's."
  (goto-char (flymake-diagnostic-beg found))
  (let ((place (eglot--pos-to-lsp-position))
        (said (alist-get 'eglot-lsp-diag (flymake-diagnostic-data found))))
    `((line . ,(plist-get place :line))
      (character . ,(plist-get place :character))
      (code . ,(plist-get said :code))
      (message . ,(plist-get said :message)))))

(defun driver-diagnostics (file expected)
  "The findings in FILE, as soon as there are as many as EXPECTED."
  (driver-open file)
  (flymake-start)
  (driver-wait "diagnostics" (lambda () (>= (length (flymake-diagnostics)) expected)))
  (vconcat (mapcar #'driver-diagnostic (flymake-diagnostics))))

(defun driver-completion (question)
  "What eglot offers at the place of QUESTION."
  (driver-go question)
  (pcase-let* ((`(,start ,end ,table . ,_) (eglot-completion-at-point)))
    (vconcat (mapcar #'substring-no-properties
                     (all-completions (buffer-substring-no-properties start (min end (point))) table)))))

(defun driver-hover (question)
  "What eglot says of the place of QUESTION."
  (driver-go question)
  (let ((said (jsonrpc-request (eglot--current-server-or-lose) :textDocument/hover
                               (eglot--TextDocumentPositionParams))))
    (substring-no-properties (eglot--hover-info (plist-get said :contents) (plist-get said :range)))))

(let* ((questions (json-read-file (getenv "JOURNEY_QUESTIONS")))
       (coding-system-for-write 'utf-8)
       (answers
        `((diagnostics . ,(mapcar (lambda (each)
                                    (cons (car each)
                                          (driver-diagnostics (symbol-name (car each)) (length (cdr each)))))
                                  (alist-get 'diagnostics questions)))
          (completion . ,(vconcat (mapcar #'driver-completion (alist-get 'completion questions))))
          (hover . ,(vconcat (mapcar #'driver-hover (alist-get 'hover questions)))))))
  (with-temp-file (getenv "JOURNEY_ANSWERS")
    (insert (json-encode answers)))
  (kill-emacs 0))
