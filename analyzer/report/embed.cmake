# SPDX-License-Identifier: GPL-2.0-or-later
# Writes OUTPUT, a C file with the bytes of the files CSS and JS as constants. Run by cmake -P when building.
set(text "/* Made from report.css and report.js by embed.cmake. */\n#include <stddef.h>\n#include <stdint.h>\n")
foreach(kind CSS JS)
    string(TOLOWER ${kind} name)
    file(READ "${${kind}}" bytes HEX)
    string(LENGTH "${bytes}" digits)
    math(EXPR length "${digits} / 2")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND text "extern const uint8_t ms_report_${name}[];\nextern const size_t ms_report_${name}_length;\n"
        "const uint8_t ms_report_${name}[] = {${bytes}0};\nconst size_t ms_report_${name}_length = ${length};\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
