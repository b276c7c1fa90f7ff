# SPDX-License-Identifier: GPL-2.0-or-later
# Writes OUTPUT, a C file with the bytes of FILES (a list): of report.css ms_report_css and ms_report_css_length. Run by
# cmake -P when building.
set(text "/* Made by embed.cmake. */\n#include <stddef.h>\n#include <stdint.h>\n")
foreach(path IN LISTS FILES)
    get_filename_component(name ${path} NAME)
    string(REPLACE "." "_" name ${name})
    file(READ "${path}" bytes HEX)
    string(LENGTH "${bytes}" digits)
    math(EXPR length "${digits} / 2")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND text "extern const uint8_t ms_${name}[];\nextern const size_t ms_${name}_length;\n"
        "const uint8_t ms_${name}[] = {${bytes}0};\nconst size_t ms_${name}_length = ${length};\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
