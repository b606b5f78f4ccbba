# libtiqu.so and libtiqu.a from the folders' objects, and what `cmake --install` puts where.
#
# Components: `tiqu` (the program, libtiqu.so, the licence), `dev` (headers, libtiqu.a, find_package, pkg-config),
# `train` (tiqu-train).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The folders that a program which extracts needs. libtiqu.so does not link when one is missing.
set(TIQU_EMBEDDED base text data tensor model decode graph proto savedmodel engine answer api)
# Their third parties, as link names; absl comes by its packages.
set(TIQU_EMBEDDED_ABSL status statusor strings flat_hash_map)
set(TIQU_EMBEDDED_LIBS dnnl gomp hwy protobuf leveldb snappy simdjson utf8proc spdlog fmt pthread stdc++ m)

# The soname's number is the one that tiqu.h promises.
file(STRINGS ${CMAKE_SOURCE_DIR}/include/tiqu/tiqu.h abi_line REGEX "^#define TIQU_ABI_VERSION [0-9]+$")
string(REGEX MATCH "[0-9]+$" TIQU_ABI_VERSION "${abi_line}")

set(objects "")
foreach(folder ${TIQU_EMBEDDED})
  # Compiled once, for the program and for both libraries.
  set_target_properties(tiqu_${folder} PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(tiqu_${folder} PRIVATE -ffunction-sections -fdata-sections)
  list(APPEND objects $<TARGET_OBJECTS:tiqu_${folder}>)
endforeach()
# Exporting and importing a checkpoint needs HDF5, and nothing of the public interface needs them.
set(without_checkpoints "$<FILTER:${objects},EXCLUDE,/tiqu_savedmodel\\.dir/(export|import)\\.cc\\.o$>")

add_library(libtiqu_static STATIC "${without_checkpoints}")
set_target_properties(libtiqu_static PROPERTIES OUTPUT_NAME tiqu EXPORT_NAME tiqu_static LINKER_LANGUAGE CXX)
list(TRANSFORM TIQU_EMBEDDED_ABSL PREPEND absl:: OUTPUT_VARIABLE absl_targets)
target_link_libraries(libtiqu_static INTERFACE ${absl_targets} ${TIQU_EMBEDDED_LIBS})

# The folders that hold the public interface, whole; of the others what these need.
configure_file(${CMAKE_SOURCE_DIR}/cmake/libtiqu.map.in ${CMAKE_BINARY_DIR}/libtiqu.map @ONLY)
add_library(libtiqu SHARED $<TARGET_OBJECTS:tiqu_api> $<TARGET_OBJECTS:tiqu_answer> $<TARGET_OBJECTS:tiqu_tensor>)
target_link_libraries(libtiqu PRIVATE tiqu_api)
target_link_options(libtiqu PRIVATE -Wl,--no-undefined -Wl,--gc-sections -Wl,--as-needed
                    -Wl,--version-script=${CMAKE_BINARY_DIR}/libtiqu.map)
set_target_properties(libtiqu PROPERTIES OUTPUT_NAME tiqu EXPORT_NAME tiqu LINKER_LANGUAGE CXX
                      VERSION ${TIQU_ABI_VERSION}.${PROJECT_VERSION} SOVERSION ${TIQU_ABI_VERSION}
                      LINK_DEPENDS ${CMAKE_BINARY_DIR}/libtiqu.map)

foreach(library libtiqu libtiqu_static)
  target_include_directories(${library} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()

install(TARGETS tiqu RUNTIME COMPONENT tiqu)
if(TARGET tiqu-train)
  install(TARGETS tiqu-train RUNTIME COMPONENT train)
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tiqu)
install(DIRECTORY include/tiqu DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev FILES_MATCHING PATTERN "*.h")

# Two sets, so that who links the shared library needs no third party's development files.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tiqu)
install(TARGETS libtiqu EXPORT tiqu-shared LIBRARY COMPONENT tiqu NAMELINK_COMPONENT dev)
install(TARGETS libtiqu_static EXPORT tiqu-static ARCHIVE COMPONENT dev)
foreach(set tiqu-shared tiqu-static)
  install(EXPORT ${set} NAMESPACE tiqu:: DESTINATION ${package_dir} COMPONENT dev)
endforeach()
configure_package_config_file(cmake/tiqu-config.cmake.in ${CMAKE_BINARY_DIR}/package/tiqu-config.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/tiqu-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/package/tiqu-config.cmake ${CMAKE_BINARY_DIR}/package/tiqu-config-version.cmake
        DESTINATION ${package_dir} COMPONENT dev)

list(TRANSFORM TIQU_EMBEDDED_ABSL PREPEND absl_ OUTPUT_VARIABLE absl_packages)
list(JOIN absl_packages " " TIQU_REQUIRES_PRIVATE)
list(TRANSFORM TIQU_EMBEDDED_LIBS PREPEND -l OUTPUT_VARIABLE link_flags)
list(JOIN link_flags " " TIQU_LIBS_PRIVATE)
file(RELATIVE_PATH TIQU_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/tiqu.pc.in ${CMAKE_BINARY_DIR}/package/tiqu.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/package/tiqu.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
