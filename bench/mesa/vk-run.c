/*
 * Runs one compute kernel on five buffers of 64 KiB, as the recordings of docs/shaders.md have it: set 0 bindings 0
 * to 2 (storage), 3 (uniform), set 1 binding 0 (storage). Writes the buffers afterwards, and their GPU addresses when
 * it runs on the recorder.
 *
 * vk-run KERNEL.spv --dispatch X,Y,Z [--indirect] [--push WORD,...] [--spec WORD,...] [--init K,K,K,K,K]
 *        [--image DIMENSION,FORMAT,WIDTH,HEIGHT,DEPTH] [--linear BYTES] [--sampler FILTER,WRAP] [--phases N]
 *        [--robust] [--out FILE] [--addresses FILE]
 *
 * --image adds set 1 binding 1, a storage image, and binding 2, the same image with a sampler. DIMENSION is 1, 2, 3 or an
 * array, 1a or 2a (DEPTH: layers); FORMAT as GLSL names it. Its first content is undefined, or with --linear
 * (BYTES a texel, at most 16) bytes that follow from the place. --phases dispatches N times, with the number of the dispatch as push constant 0.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vulkan/vulkan.h>
#include "contents.h"

#define CHECK(x) do { VkResult r_ = (x); if (r_ != VK_SUCCESS) { fprintf(stderr, "vk-run: %s: %d\n", #x, r_); exit(3); } } while (0)

struct options {
	const char *kernel, *out, *addresses;
	uint32_t dispatch[3], push[32], spec[32];
	int pushes, specs, indirect, robust, quiet, repeat, fill, copy, update, event, based, linear, phases;
	const char *image, *sampler;
	uint32_t base[3];
	char init[BUFFERS];
};

static int words(const char *text, uint32_t *out, int max)
{
	int n = 0;
	while (*text && n < max) {
		char *end;
		out[n++] = (uint32_t)strtoull(text, &end, 0);
		text = *end == ',' ? end + 1 : end;
		if (end == text && *end) { fprintf(stderr, "vk-run: not a number: %s\n", text); exit(2); }
	}
	return n;
}

static struct options parse(int argc, char **argv)
{
	struct options o = { .dispatch = { 1, 1, 1 }, .repeat = 1 };
	memcpy(o.init, "zzzzz", BUFFERS);
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";
		if (!strcmp(a, "--dispatch")) words(v, o.dispatch, 3), i++;
		else if (!strcmp(a, "--push")) o.pushes = words(v, o.push, 32), i++;
		else if (!strcmp(a, "--spec")) o.specs = words(v, o.spec, 32), i++;
		else if (!strcmp(a, "--init")) { for (int b = 0; b < BUFFERS && v[b]; b++) o.init[b] = v[b]; i++; }
		else if (!strcmp(a, "--out")) o.out = v, i++;
		else if (!strcmp(a, "--addresses")) o.addresses = v, i++;
		else if (!strcmp(a, "--indirect")) o.indirect = 1;
		else if (!strcmp(a, "--robust")) o.robust = 1;
		else if (!strcmp(a, "--repeat")) o.repeat = atoi(v), i++;
		else if (!strcmp(a, "--base")) words(v, o.base, 3), o.based = 1, i++;
		else if (!strcmp(a, "--fill")) o.fill = 1;
		else if (!strcmp(a, "--copy")) o.copy = 1;
		else if (!strcmp(a, "--update")) o.update = 1;
		else if (!strcmp(a, "--event")) o.event = 1;
		else if (!strcmp(a, "--image")) o.image = v, i++;
		else if (!strcmp(a, "--sampler")) o.sampler = v, i++;
		else if (!strcmp(a, "--linear")) o.linear = atoi(v), i++;
		else if (!strcmp(a, "--phases")) o.repeat = atoi(v), o.phases = 1, i++;
		else if (!strcmp(a, "--quiet")) o.quiet = 1;
		else o.kernel = a;
	}
	if (!o.kernel) { fprintf(stderr, "vk-run: name a SPIR-V file\n"); exit(2); }
	return o;
}

static uint32_t *load(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	if (!f) { fprintf(stderr, "vk-run: %s cannot be read\n", path); exit(2); }
	fseek(f, 0, SEEK_END);
	*size = (size_t)ftell(f);
	rewind(f);
	uint32_t *data = malloc(*size + 4);
	if (fread(data, 1, *size, f) != *size) exit(2);
	fclose(f);
	return data;
}

static const char *const WANTED[] = {
	"VK_KHR_16bit_storage", "VK_KHR_8bit_storage", "VK_KHR_shader_float16_int8", "VK_KHR_storage_buffer_storage_class",
	"VK_KHR_shader_atomic_int64", "VK_KHR_buffer_device_address", "VK_KHR_shader_subgroup_extended_types",
	"VK_KHR_vulkan_memory_model", "VK_KHR_shader_float_controls", "VK_KHR_spirv_1_4", "VK_KHR_shader_integer_dot_product",
	"VK_EXT_scalar_block_layout", "VK_KHR_shader_subgroup_rotate", "VK_EXT_shader_atomic_float",
	"VK_KHR_uniform_buffer_standard_layout", "VK_KHR_variable_pointers", "VK_KHR_shader_expect_assume",
	"VK_KHR_workgroup_memory_explicit_layout", "VK_EXT_shader_subgroup_ballot", "VK_EXT_shader_subgroup_vote",
	"VK_KHR_zero_initialize_workgroup_memory", "VK_KHR_shader_non_semantic_info", "VK_EXT_subgroup_size_control",
	"VK_KHR_device_group", "VK_KHR_shader_terminate_invocation", "VK_EXT_robustness2",
	"VK_KHR_shader_subgroup_uniform_control_flow", "VK_KHR_relaxed_block_layout",
};

static void barrier(VkCommandBuffer cb)
{
	VkMemoryBarrier all = { VK_STRUCTURE_TYPE_MEMORY_BARRIER, NULL, VK_ACCESS_MEMORY_WRITE_BIT, VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT };
	vkCmdPipelineBarrier(cb, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 1, &all, 0, NULL, 0, NULL);
}

static const struct { const char *name; VkFormat format; } FORMATS[] = {
	{ "r8", VK_FORMAT_R8_UNORM }, { "rg8", VK_FORMAT_R8G8_UNORM }, { "rgba8", VK_FORMAT_R8G8B8A8_UNORM }, { "rgba8_snorm", VK_FORMAT_R8G8B8A8_SNORM },
	{ "r8ui", VK_FORMAT_R8_UINT }, { "rg8i", VK_FORMAT_R8G8_SINT }, { "rgba8ui", VK_FORMAT_R8G8B8A8_UINT }, { "rgba8i", VK_FORMAT_R8G8B8A8_SINT },
	{ "r16", VK_FORMAT_R16_UNORM }, { "r16f", VK_FORMAT_R16_SFLOAT }, { "rg16f", VK_FORMAT_R16G16_SFLOAT }, { "rgba16f", VK_FORMAT_R16G16B16A16_SFLOAT },
	{ "r16ui", VK_FORMAT_R16_UINT }, { "rg16i", VK_FORMAT_R16G16_SINT }, { "rgba16ui", VK_FORMAT_R16G16B16A16_UINT }, { "rgba16", VK_FORMAT_R16G16B16A16_UNORM },
	{ "r32f", VK_FORMAT_R32_SFLOAT }, { "rg32f", VK_FORMAT_R32G32_SFLOAT }, { "rgba32f", VK_FORMAT_R32G32B32A32_SFLOAT },
	{ "r32ui", VK_FORMAT_R32_UINT }, { "r32i", VK_FORMAT_R32_SINT }, { "rg32ui", VK_FORMAT_R32G32_UINT }, { "rgba32ui", VK_FORMAT_R32G32B32A32_UINT },
	{ "rgb10_a2", VK_FORMAT_A2B10G10R10_UNORM_PACK32 }, { "rgb10_a2ui", VK_FORMAT_A2B10G10R10_UINT_PACK32 }, { "r11f_g11f_b10f", VK_FORMAT_B10G11R11_UFLOAT_PACK32 },
	{ "srgb", VK_FORMAT_R8G8B8A8_SRGB }, { "565", VK_FORMAT_R5G6B5_UNORM_PACK16 }, { "bgra8", VK_FORMAT_B8G8R8A8_UNORM },
};

/* Creates the image of --image, and its view and sampler. */
static VkDescriptorImageInfo create_image(VkDevice device, VkPhysicalDevice physical, const VkPhysicalDeviceMemoryProperties *props, const struct options *o, VkImage *image, int *storage)
{
	char dimension[4] = "", name[32] = "";
	uint32_t w = 1, h = 1, d = 1;
	if (sscanf(o->image, "%3[^,],%31[^,],%u,%u,%u", dimension, name, &w, &h, &d) < 3) { fprintf(stderr, "vk-run: --image: %s\n", o->image); exit(2); }
	const int array = dimension[1] == 'a', n = dimension[0] - '0';
	VkFormat format = VK_FORMAT_UNDEFINED;
	for (size_t f = 0; f < sizeof(FORMATS) / sizeof(*FORMATS); f++)
		if (!strcmp(FORMATS[f].name, name)) format = FORMATS[f].format;
	VkFormatProperties can;
	vkGetPhysicalDeviceFormatProperties(physical, format, &can);
	const VkFormatFeatureFlags features = o->linear ? can.linearTilingFeatures : can.optimalTilingFeatures;
	*storage = (features & VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT) != 0;
	VkImageCreateInfo info = { .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO, .imageType = n == 1 ? VK_IMAGE_TYPE_1D : n == 2 ? VK_IMAGE_TYPE_2D : VK_IMAGE_TYPE_3D,
		.format = format, .extent = { w, n == 1 ? 1 : h, array ? 1 : d }, .mipLevels = 1, .arrayLayers = array ? d : 1, .samples = VK_SAMPLE_COUNT_1_BIT,
		.tiling = o->linear ? VK_IMAGE_TILING_LINEAR : VK_IMAGE_TILING_OPTIMAL, .usage = VK_IMAGE_USAGE_SAMPLED_BIT | (*storage ? VK_IMAGE_USAGE_STORAGE_BIT : 0),
		.initialLayout = o->linear ? VK_IMAGE_LAYOUT_PREINITIALIZED : VK_IMAGE_LAYOUT_UNDEFINED };
	CHECK(vkCreateImage(device, &info, NULL, image));
	VkMemoryRequirements need;
	vkGetImageMemoryRequirements(device, *image, &need);
	const VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	uint32_t type = 0;
	while (type < props->memoryTypeCount && (!(need.memoryTypeBits & (1u << type)) || (props->memoryTypes[type].propertyFlags & host) != host)) type++;
	VkDeviceMemory memory;
	CHECK(vkAllocateMemory(device, &(VkMemoryAllocateInfo){ .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = need.size, .memoryTypeIndex = type }, NULL, &memory));
	CHECK(vkBindImageMemory(device, *image, memory, 0));
	if (o->linear) {
		char *data;
		CHECK(vkMapMemory(device, memory, 0, VK_WHOLE_SIZE, 0, (void **)&data));
		for (uint32_t layer = 0; layer < info.arrayLayers; layer++) {
			VkSubresourceLayout at;
			vkGetImageSubresourceLayout(device, *image, &(VkImageSubresource){ VK_IMAGE_ASPECT_COLOR_BIT, 0, layer }, &at);
			for (uint32_t z = 0; z < info.extent.depth; z++)
				for (uint32_t y = 0; y < info.extent.height; y++)
					for (uint32_t x = 0; x < w; x++) {
						char *texel = data + at.offset + (n == 3 ? z * at.depthPitch : 0) + y * at.rowPitch + x * (size_t)o->linear;
						/* bytes that no format takes for infinity or NaN */
						for (uint32_t b = 0; b < (uint32_t)o->linear; b++) texel[b] = (char)(hash(((layer + z) * 64 + y) * 256 + x, b) & 0x3b);
					}
		}
		vkUnmapMemory(device, memory);
	}
	VkImageViewType view_type = n == 1 ? (array ? VK_IMAGE_VIEW_TYPE_1D_ARRAY : VK_IMAGE_VIEW_TYPE_1D) : n == 2 ? (array ? VK_IMAGE_VIEW_TYPE_2D_ARRAY : VK_IMAGE_VIEW_TYPE_2D) : VK_IMAGE_VIEW_TYPE_3D;
	VkDescriptorImageInfo out = { .imageLayout = VK_IMAGE_LAYOUT_GENERAL };
	CHECK(vkCreateImageView(device, &(VkImageViewCreateInfo){ .sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO, .image = *image, .viewType = view_type, .format = format,
		.subresourceRange = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, info.arrayLayers } }, NULL, &out.imageView));
	const int linear = o->sampler && strstr(o->sampler, "linear") != NULL;
	const VkSamplerAddressMode wrap = !o->sampler || strstr(o->sampler, "edge") ? VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE : strstr(o->sampler, "mirror") ? VK_SAMPLER_ADDRESS_MODE_MIRRORED_REPEAT
		: strstr(o->sampler, "border") ? VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_BORDER : VK_SAMPLER_ADDRESS_MODE_REPEAT;
	CHECK(vkCreateSampler(device, &(VkSamplerCreateInfo){ .sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO, .magFilter = linear ? VK_FILTER_LINEAR : VK_FILTER_NEAREST, .minFilter = linear ? VK_FILTER_LINEAR : VK_FILTER_NEAREST,
		.addressModeU = wrap, .addressModeV = wrap, .addressModeW = wrap, .borderColor = VK_BORDER_COLOR_FLOAT_OPAQUE_WHITE }, NULL, &out.sampler));
	return out;
}

int main(int argc, char **argv)
{
	struct options o = parse(argc, argv);
	VkApplicationInfo app = { .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .pApplicationName = "vk-run", .apiVersion = VK_API_VERSION_1_2 };
	VkInstance instance;
	CHECK(vkCreateInstance(&(VkInstanceCreateInfo){ .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app }, NULL, &instance));
	uint32_t n = 1;
	VkPhysicalDevice physical;
	VkResult found = vkEnumeratePhysicalDevices(instance, &n, &physical);
	if ((found != VK_SUCCESS && found != VK_INCOMPLETE) || n == 0) { fprintf(stderr, "vk-run: no Vulkan device (%d)\n", found); exit(4); }
	VkPhysicalDeviceProperties props;
	vkGetPhysicalDeviceProperties(physical, &props);
	if (!o.quiet) fprintf(stderr, "%s, Vulkan %u.%u.%u\n", props.deviceName, VK_VERSION_MAJOR(props.apiVersion), VK_VERSION_MINOR(props.apiVersion), VK_VERSION_PATCH(props.apiVersion));

	/* every feature and wanted extension there is */
	static VkExtensionProperties there[512];
	uint32_t there_count = 512;
	vkEnumerateDeviceExtensionProperties(physical, NULL, &there_count, there);
	const char *extensions[64];
	uint32_t extension_count = 0;
	int has_atomic64 = 0, has_dot = 0, has_float16 = 0, has_16 = 0, has_8 = 0, has_bda = 0, has_types = 0, has_model = 0, has_scalar = 0, has_afloat = 0;
	for (size_t w = 0; w < sizeof(WANTED) / sizeof(*WANTED); w++)
		for (uint32_t t = 0; t < there_count; t++)
			if (!strcmp(WANTED[w], there[t].extensionName)) {
				extensions[extension_count++] = WANTED[w];
				if (!o.quiet) fprintf(stderr, " %s", WANTED[w]);
				const char *e = WANTED[w];
				has_16 |= strstr(e, "16bit") != 0; has_8 |= strstr(e, "8bit") != 0; has_float16 |= strstr(e, "float16_int8") != 0;
				has_atomic64 |= strstr(e, "atomic_int64") != 0; has_dot |= strstr(e, "dot_product") != 0; has_bda |= strstr(e, "device_address") != 0;
				has_types |= strstr(e, "extended_types") != 0; has_model |= strstr(e, "memory_model") != 0; has_scalar |= strstr(e, "scalar") != 0;
				has_afloat |= strstr(e, "atomic_float") != 0;
			}
	void *chain = NULL;
#define FEATURE(has, type, stype) static type v_##stype; if (has) { v_##stype.sType = stype; v_##stype.pNext = chain; chain = &v_##stype; }
	FEATURE(has_16, VkPhysicalDevice16BitStorageFeatures, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES)
	FEATURE(has_8, VkPhysicalDevice8BitStorageFeatures, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES)
	FEATURE(has_float16, VkPhysicalDeviceShaderFloat16Int8Features, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES)
	FEATURE(has_atomic64, VkPhysicalDeviceShaderAtomicInt64Features, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_INT64_FEATURES)
	FEATURE(has_dot, VkPhysicalDeviceShaderIntegerDotProductFeatures, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES)
	FEATURE(has_bda, VkPhysicalDeviceBufferDeviceAddressFeatures, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES)
	FEATURE(has_types, VkPhysicalDeviceShaderSubgroupExtendedTypesFeatures, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_SUBGROUP_EXTENDED_TYPES_FEATURES)
	FEATURE(has_model, VkPhysicalDeviceVulkanMemoryModelFeatures, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES)
	FEATURE(has_scalar, VkPhysicalDeviceScalarBlockLayoutFeatures, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SCALAR_BLOCK_LAYOUT_FEATURES)
	FEATURE(has_afloat, VkPhysicalDeviceShaderAtomicFloatFeaturesEXT, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_FEATURES_EXT)
	VkPhysicalDeviceFeatures2 features = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = chain };
	vkGetPhysicalDeviceFeatures2(physical, &features);
	if (!o.quiet) fprintf(stderr, "\nint64 %u int16 %u float64 %u float16 %u int8 %u s16 %u s8 %u atomic64 %u/%u\n", features.features.shaderInt64, features.features.shaderInt16,
		features.features.shaderFloat64, v_VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES.shaderFloat16, v_VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES.shaderInt8,
		v_VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES.storageBuffer16BitAccess, v_VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES.storageBuffer8BitAccess,
		v_VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_INT64_FEATURES.shaderBufferInt64Atomics, v_VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_INT64_FEATURES.shaderSharedInt64Atomics);
	features.features.robustBufferAccess = o.robust;

	uint32_t families = 1;
	VkQueueFamilyProperties family;
	vkGetPhysicalDeviceQueueFamilyProperties(physical, &families, &family);
	float priority = 1;
	VkDeviceQueueCreateInfo queue_info = { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority };
	VkDevice device;
	CHECK(vkCreateDevice(physical, &(VkDeviceCreateInfo){ .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .pNext = &features, .queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue_info, .enabledExtensionCount = extension_count, .ppEnabledExtensionNames = extensions }, NULL, &device));
	VkQueue queue;
	vkGetDeviceQueue(device, 0, 0, &queue);

	VkPhysicalDeviceMemoryProperties memory_props;
	vkGetPhysicalDeviceMemoryProperties(physical, &memory_props);
	VkBuffer buffers[BUFFERS];
	void *data[BUFFERS];
	for (int b = 0; b < BUFFERS; b++) {
		VkBufferUsageFlags usage = b == UNIFORM ? VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT : VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
		CHECK(vkCreateBuffer(device, &(VkBufferCreateInfo){ .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = BUFFER_BYTES, .usage = usage }, NULL, &buffers[b]));
		VkMemoryRequirements need;
		vkGetBufferMemoryRequirements(device, buffers[b], &need);
		uint32_t type = 0;
		const VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
		while (type < memory_props.memoryTypeCount && (!(need.memoryTypeBits & (1u << type)) || (memory_props.memoryTypes[type].propertyFlags & host) != host)) type++;
		VkDeviceMemory memory;
		CHECK(vkAllocateMemory(device, &(VkMemoryAllocateInfo){ .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = need.size, .memoryTypeIndex = type }, NULL, &memory));
		CHECK(vkBindBufferMemory(device, buffers[b], memory, 0));
		CHECK(vkMapMemory(device, memory, 0, VK_WHOLE_SIZE, 0, &data[b]));
		fill(data[b], b, o.init[b]);
	}
	if (o.indirect) memcpy(data[INDIRECT], o.dispatch, sizeof(o.dispatch));

	VkDescriptorSetLayoutBinding bindings[4];
	for (int b = 0; b < 4; b++)
		bindings[b] = (VkDescriptorSetLayoutBinding){ .binding = (uint32_t)b, .descriptorCount = 1, .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
			.descriptorType = b == UNIFORM ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER };
	VkImage image = VK_NULL_HANDLE;
	VkDescriptorImageInfo image_info = { 0 };
	int storage = 0;
	if (o.image) image_info = create_image(device, physical, &memory_props, &o, &image, &storage);
	VkDescriptorSetLayoutBinding second[3] = { bindings[0],
		{ .binding = 1, .descriptorCount = 1, .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT, .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_IMAGE },
		{ .binding = 2, .descriptorCount = 1, .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT, .descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER } };
	VkDescriptorSetLayout layouts[2];
	CHECK(vkCreateDescriptorSetLayout(device, &(VkDescriptorSetLayoutCreateInfo){ .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = 4, .pBindings = bindings }, NULL, &layouts[0]));
	CHECK(vkCreateDescriptorSetLayout(device, &(VkDescriptorSetLayoutCreateInfo){ .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = o.image ? 3 : 1, .pBindings = second }, NULL, &layouts[1]));
	VkPushConstantRange range = { VK_SHADER_STAGE_COMPUTE_BIT, 0, 128 };
	VkPipelineLayout layout;
	CHECK(vkCreatePipelineLayout(device, &(VkPipelineLayoutCreateInfo){ .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 2, .pSetLayouts = layouts,
		.pushConstantRangeCount = 1, .pPushConstantRanges = &range }, NULL, &layout));
	VkDescriptorPoolSize sizes[4] = { { VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 4 }, { VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1 }, { VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, 1 }, { VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1 } };
	VkDescriptorPool pool;
	CHECK(vkCreateDescriptorPool(device, &(VkDescriptorPoolCreateInfo){ .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, .maxSets = 2, .poolSizeCount = o.image ? 4 : 2, .pPoolSizes = sizes }, NULL, &pool));
	VkDescriptorSet sets[2];
	CHECK(vkAllocateDescriptorSets(device, &(VkDescriptorSetAllocateInfo){ .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, .descriptorPool = pool, .descriptorSetCount = 2, .pSetLayouts = layouts }, sets));
	for (int b = 0; b < BUFFERS; b++) {
		VkDescriptorBufferInfo info = { buffers[b], 0, BUFFER_BYTES };
		vkUpdateDescriptorSets(device, 1, &(VkWriteDescriptorSet){ .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = sets[b / 4], .dstBinding = (uint32_t)b % 4,
			.descriptorCount = 1, .descriptorType = b == UNIFORM ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, .pBufferInfo = &info }, 0, NULL);
	}

	for (uint32_t b = storage ? 1 : 2; o.image && b < 3; b++)
		vkUpdateDescriptorSets(device, 1, &(VkWriteDescriptorSet){ .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = sets[1], .dstBinding = b, .descriptorCount = 1,
			.descriptorType = second[b].descriptorType, .pImageInfo = &image_info }, 0, NULL);

	size_t code_size;
	uint32_t *code = load(o.kernel, &code_size);
	VkShaderModule module;
	CHECK(vkCreateShaderModule(device, &(VkShaderModuleCreateInfo){ .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = code_size, .pCode = code }, NULL, &module));
	VkSpecializationMapEntry entries[32];
	for (int s = 0; s < o.specs; s++) entries[s] = (VkSpecializationMapEntry){ (uint32_t)s, (uint32_t)s * 4, 4 };
	VkSpecializationInfo spec = { (uint32_t)o.specs, entries, (size_t)o.specs * 4, o.spec };
	VkPipeline pipeline;
	CHECK(vkCreateComputePipelines(device, VK_NULL_HANDLE, 1, &(VkComputePipelineCreateInfo){ .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO, .layout = layout,
		.flags = o.based ? VK_PIPELINE_CREATE_DISPATCH_BASE : 0,
		.stage = { .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO, .stage = VK_SHADER_STAGE_COMPUTE_BIT, .module = module, .pName = "main", .pSpecializationInfo = &spec } }, NULL, &pipeline));

	VkCommandPool commands;
	CHECK(vkCreateCommandPool(device, &(VkCommandPoolCreateInfo){ .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO }, NULL, &commands));
	VkCommandBuffer cb;
	CHECK(vkAllocateCommandBuffers(device, &(VkCommandBufferAllocateInfo){ .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = commands, .commandBufferCount = 1 }, &cb));
	CHECK(vkBeginCommandBuffer(cb, &(VkCommandBufferBeginInfo){ .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO }));
	vkCmdBindPipeline(cb, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
	vkCmdBindDescriptorSets(cb, VK_PIPELINE_BIND_POINT_COMPUTE, layout, 0, 2, sets, 0, NULL);
	if (o.pushes) vkCmdPushConstants(cb, layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, (uint32_t)o.pushes * 4, o.push);
	if (o.fill) { vkCmdFillBuffer(cb, buffers[2], 1024, 4096, 0xcafe1234); vkCmdFillBuffer(cb, buffers[1], 60000, VK_WHOLE_SIZE, 7); }
	if (o.update) { uint32_t w[64]; for (uint32_t k = 0; k < 64; k++) w[k] = k * 0x01010101; vkCmdUpdateBuffer(cb, buffers[2], 256, sizeof(w), w); }
	if (o.fill || o.update) barrier(cb);
	VkEvent event = VK_NULL_HANDLE;
	if (o.event) CHECK(vkCreateEvent(device, &(VkEventCreateInfo){ .sType = VK_STRUCTURE_TYPE_EVENT_CREATE_INFO }, NULL, &event));
	if (image) {
		VkImageMemoryBarrier general = { .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER, .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT, .image = image,
			.oldLayout = o.linear ? VK_IMAGE_LAYOUT_PREINITIALIZED : VK_IMAGE_LAYOUT_UNDEFINED, .newLayout = VK_IMAGE_LAYOUT_GENERAL,
			.subresourceRange = { VK_IMAGE_ASPECT_COLOR_BIT, 0, VK_REMAINING_MIP_LEVELS, 0, VK_REMAINING_ARRAY_LAYERS } };
		vkCmdPipelineBarrier(cb, VK_PIPELINE_STAGE_HOST_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 0, NULL, 0, NULL, 1, &general);
	}
	for (int n = 0; n < o.repeat; n++) {
		const uint32_t phase = (uint32_t)n;
		if (o.phases) vkCmdPushConstants(cb, layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, 4, &phase);
		if (n > 0 && !o.event) barrier(cb);
		if (n > 0 && o.event) {
			VkMemoryBarrier all = { VK_STRUCTURE_TYPE_MEMORY_BARRIER, NULL, VK_ACCESS_MEMORY_WRITE_BIT, VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT };
			vkCmdSetEvent(cb, event, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
			vkCmdWaitEvents(cb, 1, &event, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 1, &all, 0, NULL, 0, NULL);
			vkCmdResetEvent(cb, event, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
		}
		if (o.indirect) vkCmdDispatchIndirect(cb, buffers[INDIRECT], 0);
		else if (o.based) vkCmdDispatchBase(cb, o.base[0], o.base[1], o.base[2], o.dispatch[0], o.dispatch[1], o.dispatch[2]);
		else vkCmdDispatch(cb, o.dispatch[0], o.dispatch[1], o.dispatch[2]);
	}
	if (o.copy) {
		barrier(cb);
		VkBufferCopy regions[2] = { { 0, 32768, 8192 }, { 100, 50000, 1028 } };
		vkCmdCopyBuffer(cb, buffers[1], buffers[2], 2, regions);
	}
	CHECK(vkEndCommandBuffer(cb));
	VkFence fence;
	CHECK(vkCreateFence(device, &(VkFenceCreateInfo){ .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO }, NULL, &fence));
	CHECK(vkQueueSubmit(queue, 1, &(VkSubmitInfo){ .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &cb }, fence));
	CHECK(vkWaitForFences(device, 1, &fence, VK_TRUE, ~0ull));

	write_results(o.out, o.addresses, data);
	fflush(NULL);
	_exit(0); /* the recording ends with the dispatch */
}
